{
  "services": [
    {
      "serviceName": "Acme Store",
      "events": [
        {
          "usersAffected": "All users were affected",
          "epochStartDate": 1772359200000,
          "epochEndDate": 1772366400000,
          "messageId": "2000000030",
          "statusType": "Maintenance",
          "eventStatus": "completed",
          "message": "Service was unavailable."
        },
        {
          "message": "This service may have been slow.",
          "eventStatus": "completed",
          "epochStartDate": 1771754400000,
          "epochEndDate": 1771758000000
        }
      ]
    },
    {
      "serviceName": "Acme Videos",
      "events": [
        {
          "usersAffected": "All users were affected",
          "epochStartDate": 1772359200000,
          "epochEndDate": 1772370000000,
          "messageId": "2000000030",
          "statusType": "Maintenance",
          "eventStatus": "completed",
          "message": "Due to maintenance, some services were unavailable."
        },
        {
          "usersAffected": "Some users were affected",
          "epochStartDate": 1772352000000,
          "epochEndDate": 1772355600000,
          "messageId": "2000000029",
          "statusType": "Issue",
          "eventStatus": "resolved",
          "message": "Users experienced a problem with this service."
        }
      ]
    }
  ]
}
